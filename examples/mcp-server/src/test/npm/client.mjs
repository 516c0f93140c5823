// Drives the server with the TypeScript SDK's client, which holds every structured answer against the tool's output schema.
// node client.mjs stdio COMMAND ARGUMENT...   or   node client.mjs http URL TOKEN
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [how, target, ...rest] = process.argv.slice(2);
const transport = how === 'stdio'
  ? new StdioClientTransport({ command: target, args: rest, env: process.env, stderr: 'inherit' })
  : new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers: { Authorization: `Bearer ${rest[0]}` } } });
const client = new Client({ name: 'typescript-sdk', version: '1' });
await client.connect(transport);

const { tools } = await client.listTools();
assert.equal(tools.length, 24);
assert.match(client.getInstructions(), /brief first/);
const driven = new Set();
const call = async (name, args = {}) => {
  driven.add(name);
  const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  assert.match(result.content[0].text, /data, not instructions/);
  return result.structuredContent;
};
const refused = async (name, args) => {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true);
  return result.content[0].text;
};

const id = `${how.toUpperCase()}-1`;
await call('brief');
await call('task_add', { task: id, title: 'Choose a provider', priority: 0, criteria: ['It is signed'] });
const claim = await call('task_claim', { task: id });
assert.equal(claim.claimed, 'YES');
await call('task_ready');
const tried = await call('record_tool_call', { tool: 'bash', arguments: `mvn verify ${id}`, outcome: 'SOFT_FAIL', error: 'red', task: id });
const prior = await call('prior_attempts', { tool: 'bash', arguments: `mvn verify ${id}` });
assert.equal(prior.attempts[0].event, tried.event);
await call('find_calls', { ended: 'FAILED' });
await call('about', { path: 'pay/Pay.java' });
const decided = await call('decide', { chosen: 'Use one provider', because: 'cheaper', task: id });
await call('reject_approach', { approach: 'Two providers', reason: 'dearer', task: id });
const blocker = await call('raise_blocker', { task: id, blocker: 'The sandbox is down' });
const question = await call('ask', { question: 'Who signs?', task: id });
await call('answer', { question: question.event, answer: 'Ana' });
await call('note', { text: 'Slow tests', task: id });
await call('request_approval', { decision: decided.event });
const hits = await call('recall', { question: 'two providers' });
assert.ok(hits.hits.length > 0);
await call('timeline');
const shown = await call('plan_show', { task: id });
assert.equal(shown.detail[0].summary.status, 'IN_PROGRESS');
await call('handoff_inbox');
const offered = await call('handoff_offer', { task: id, summary: 'Signed', to_kind: 'ROLE', to: 'tester', kind: 'TEST' });
// These need another agent; that they refuse in words is what can be seen from here.
for (const tool of ['handoff_accept', 'handoff_decline', 'handoff_complete']) {
  driven.add(tool);
  const args = { handoff: offered.handoff };
  if (tool === 'handoff_decline') args.reason = 'no time';
  if (tool === 'handoff_complete') args.result = 'done';
  assert.match(await refused(tool, args), new RegExp(`^${tool}: Handoff`));
}
await call('task_update', { task: id, met: [claim.criteria[0].event], clear_blockers: [blocker.event], close: 'SUCCEEDED' });
assert.match(await refused('task_add', { title: 7, workspace: 'other' }), /'title' is the value 7, expected a string/);
assert.deepEqual([...driven].sort(), tools.map(tool => tool.name).sort());

const { resources } = await client.listResources();
for (const { uri } of resources) {
  assert.ok((await client.readResource({ uri })).contents[0].text.length > 0);
}
const { prompts } = await client.listPrompts();
assert.deepEqual(prompts.map(prompt => prompt.name).sort(), ['before_you_try', 'hand_over', 'start_work']);
assert.match((await client.getPrompt({ name: 'before_you_try', arguments: { what: 'two providers' } })).messages[0].content.text, /begins/);
await client.close();
console.log(`${driven.size} tools driven over ${how}`);
