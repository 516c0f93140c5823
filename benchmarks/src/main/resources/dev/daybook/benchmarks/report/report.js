'use strict';
(() => {
  const plots = JSON.parse(document.getElementById('plots').textContent);
  // Colours of Okabe and Ito, which people who are colour-blind can tell apart; shapes and dashes tell them apart without any.
  const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a900', '#8c8c8c'];
  const shapes = ['circle', 'rect', 'triangle', 'rectRot', 'crossRot', 'star', 'rectRounded', 'cross'];
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const drawn = [];

  const wrapped = text => {
    const lines = [''];
    for (const word of text.split(' ')) {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length > 30) {
        lines.push(word);
      } else {
        lines[lines.length - 1] = last ? last + ' ' + word : word;
      }
    }
    return lines;
  };

  // A logarithmic axis starts at the power of ten below the least value, so that its bar can be seen.
  const values = plot => {
    const all = plot.series.flatMap(one => one.points.map(point => point.y));
    const axis = { title: { display: plot.unit !== '', text: plot.unit } };
    return plot.logarithmic
      ? { ...axis, type: 'logarithmic', min: Math.pow(10, Math.ceil(Math.log10(Math.min(...all))) - 1) }
      : { ...axis, beginAtZero: true };
  };

  const bars = plot => ({
    type: 'bar',
    data: {
      labels: plot.series.map(one => wrapped(one.name + ': ' + one.points[0].shown)),
      datasets: [{
        data: plot.series.map(one => one.points[0].y),
        backgroundColor: plot.series.map((one, i) => colours[i % colours.length]),
        maxBarThickness: 28
      }]
    },
    options: {
      indexAxis: 'y',
      scales: { x: values(plot), y: { ticks: { autoSkip: false } } },
      plugins: { legend: { display: false } }
    }
  });

  const lines = plot => ({
    type: 'line',
    data: {
      datasets: plot.series.map((one, i) => ({
        label: one.name,
        data: one.points,
        borderColor: colours[i % colours.length],
        backgroundColor: colours[i % colours.length],
        borderDash: dashes[i % dashes.length],
        pointStyle: shapes[i % shapes.length],
        pointRadius: 5,
        borderWidth: 2
      }))
    },
    options: {
      scales: { x: { type: 'logarithmic', title: { display: true, text: 'events' } }, y: values(plot) },
      plugins: { legend: { position: 'bottom', labels: { usePointStyle: true } } }
    }
  });

  const draw = () => {
    drawn.splice(0).forEach(chart => chart.destroy());
    Chart.defaults.color = dark.matches ? '#e6e6e6' : '#1a1a1a';
    Chart.defaults.borderColor = dark.matches ? '#444' : '#ddd';
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    for (const canvas of document.querySelectorAll('canvas[data-plot]')) {
      const plot = plots[canvas.dataset.plot];
      drawn.push(new Chart(canvas, plot.curve ? lines(plot) : bars(plot)));
    }
  };

  draw();
  dark.addEventListener('change', draw);
})();
