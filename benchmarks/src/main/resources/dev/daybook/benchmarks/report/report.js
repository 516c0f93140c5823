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
    const most = innerWidth < 600 ? 20 : 30;
    const lines = [''];
    for (const word of text.split(' ')) {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length >= most) {
        lines.push(word);
      } else {
        lines[lines.length - 1] = last ? last + ' ' + word : word;
      }
    }
    return lines;
  };

  const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

  // Few numbers, none of which is turned or hides another: of a logarithmic axis the powers of ten.
  const ticks = logarithmic => ({
    maxRotation: 0,
    callback: value => !logarithmic || Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? short.format(value) : ''
  });

  // A logarithmic axis starts at the power of ten below the least value, so that its bar can be seen.
  const values = plot => {
    const all = plot.series.flatMap(one => one.points.map(point => point.y));
    const axis = { title: { display: plot.unit !== '', text: plot.unit } };
    return plot.logarithmic
      ? { ...axis, type: 'logarithmic', ticks: ticks(true), min: Math.pow(10, Math.ceil(Math.log10(Math.min(...all))) - 1) }
      : { ...axis, ticks: ticks(false), beginAtZero: true };
  };

  // What is ours has the same colour in every plot.
  const barColours = series => {
    let others = 0;
    return series.map(one => one.name.startsWith('Daybook') ? colours[0] : colours[1 + others++ % (colours.length - 1)]);
  };

  const bars = plot => ({
    type: 'bar',
    data: {
      labels: plot.series.map(one => wrapped(one.name + ': ' + one.points[0].shown)),
      datasets: [{
        data: plot.series.map(one => one.points[0].y),
        backgroundColor: barColours(plot.series),
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
      scales: { x: { type: 'logarithmic', ticks: ticks(true), title: { display: true, text: 'events' } }, y: values(plot) },
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
