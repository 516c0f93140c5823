// Drives the server with a client of the TypeScript SDK, which holds every structured answer against the tool's output schema.
// v1 is the line that most clients were built on; v2 looks for a newer revision of the protocol first and must come down to ours.
// node client.mjs v1|v2 stdio COMMAND ARGUMENT...   or   node client.mjs v1|v2 http URL TOKEN
import assert from 'node:assert/strict';

const [line, how, target, ...rest] = process.argv.slice(2);
const isOld = line === 'v1';
const { Client } = await import(isOld ? '@modelcontextprotocol/sdk/client/index.js' : '@modelcontextprotocol/client');
const { StdioClientTransport } = await import(isOld ? '@modelcontextprotocol/sdk/client/stdio.js' : '@modelcontextprotocol/client/stdio');
const { StreamableHTTPClientTransport } = await import(isOld ? '@modelcontextprotocol/sdk/client/streamableHttp.js' : '@modelcontextprotocol/client');

const newClient = () => new Client({ name: 'typescript-sdk', version: '1' }, isOld ? {} : { versionNegotiation: { mode: 'auto' } });
const overHttp = token => new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
const transport = how === 'stdio'
  ? new StdioClientTransport({ command: target, args: rest, env: process.env, stderr: 'inherit' })
  : overHttp(rest[0]);
if (how === 'http') {
  await assert.rejects(newClient().connect(overHttp(`${rest[0]}0`)), /token|401|[Uu]nauthorized/);
}

// Who is there, and what it says of itself.
const client = newClient();
await client.connect(transport);
assert.equal(client.getServerVersion().name, 'daybook');
assert.match(client.getInstructions(), /brief first/);
assert.deepEqual(Object.keys(client.getServerCapabilities()).sort(), ['completions', 'logging', 'prompts', 'resources', 'tools']);
if (how === 'http') {
  assert.equal(transport.protocolVersion, '2025-11-25');
}

const { tools } = await client.listTools();
assert.equal(tools.length, 24);
for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
  assert.ok(title && description.length > 40, name);
  for (const schema of [inputSchema, outputSchema]) {
    assert.equal(schema.type, 'object', name);
    assert.equal(schema.additionalProperties, false, name);
  }
  assert.ok(Object.values(inputSchema.properties).every(property => property.description), name);
  for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
    assert.equal(typeof annotations[hint], 'boolean', name);
  }
}

// Every tool is called.
const driven = new Set();
const call = async (name, args = {}) => {
  driven.add(name);
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  assert.match(result.content[0].text, /data, not instructions/);
  return result.structuredContent;
};
const refused = async (name, args) => {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent, undefined);
  return result.content[0].text;
};

const id = 'PAY-1';
await call('brief');
await call('task_add', { task: id, title: 'Choose a provider', priority: 0, criteria: ['It is signed'] });
assert.deepEqual((await call('task_ready')).tasks.map(task => task.task), [id]);
const claim = await call('task_claim', { task: id });
assert.equal(claim.claimed, 'YES');
const tried = await call('record_tool_call', { tool: 'bash', arguments: 'mvn verify', outcome: 'SOFT_FAIL', error: 'red', task: id });
const prior = await call('prior_attempts', { tool: 'bash', arguments: 'mvn verify' });
assert.equal(prior.attempts[0].event, tried.event);
assert.deepEqual((await call('find_calls', { ended: 'FAILED' })).calls.map(one => one.event), [tried.event]);
await call('about', { path: 'pay/Pay.java' });
const decided = await call('decide', { chosen: 'Use one provider', because: 'cheaper', task: id });
await call('reject_approach', { approach: 'Two providers', reason: 'dearer', task: id });
const blocker = await call('raise_blocker', { task: id, blocker: 'The sandbox is down' });
const question = await call('ask', { question: 'Who signs?', task: id });
await call('answer', { question: question.event, answer: 'Ana' });
await call('request_approval', { decision: decided.event });
const noted = await call('note', { text: 'The tests of the provider are slow on Mondays', task: id });
const { hits } = await call('recall', { question: 'slow tests on Mondays' });
assert.equal(hits[0].event, noted.event);
assert.match((await call('brief', { task: id })).text, /Two providers/);
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

// Pages, one after the other, are the whole.
const whole = (await call('timeline', { limit: 200 })).events.map(one => one.event);
assert.ok(whole.includes(noted.event) && whole.length > 10);
const paged = [];
let cursor = '';
let pages = 0;
do {
  const page = await call('timeline', { limit: 4, ...cursor && { cursor } });
  assert.ok(page.events.length <= 4);
  paged.push(...page.events.map(one => one.event));
  cursor = page.next_cursor;
  pages++;
} while (cursor);
assert.deepEqual(paged, whole);
assert.equal(pages, Math.ceil(whole.length / 4));
assert.deepEqual([...driven].sort(), tools.map(tool => tool.name).sort());

// Errors: what a model did wrong is a result in words, what a program did wrong is an error of the protocol.
assert.match(await refused('task_add', { title: 7, workspace: 'other' }), /'title' is the value 7, expected a string/);
assert.match(await refused('note', { text: 'x', workspace: 'other' }), /'workspace'/);
assert.match(await refused('timeline', { cursor: 'bm8' }), /leave it out for the first page/);
await assert.rejects(client.callTool({ name: 'drop_everything', arguments: {} }), { code: -32602 });
// The newer line takes the code of this revision for that of the newest.
await assert.rejects(client.readResource({ uri: 'daybook://session/of-nobody' }), { code: isOld ? -32002 : -32602 });
await assert.rejects(client.getPrompt({ name: 'before_you_try', arguments: {} }), { code: -32602 });

// Resources and prompts.
const { resources } = await client.listResources();
assert.deepEqual(resources.map(one => one.uri).sort(), ['daybook://briefing', 'daybook://plan']);
for (const { uri } of resources) {
  const { contents } = await client.readResource({ uri });
  assert.equal(contents[0].uri, uri);
  assert.match(contents[0].text, /Two providers/, uri);
}
const { resourceTemplates } = await client.listResourceTemplates();
const ref = { type: 'ref/resource', uri: resourceTemplates[0].uriTemplate };
const { completion } = await client.complete({ ref, argument: { name: 'id', value: '' } });
assert.equal(completion.values.length, 1);
const session = await client.readResource({ uri: ref.uri.replace('{id}', completion.values[0]) });
assert.match(session.contents[0].text, /slow on Mondays/);
const { prompts } = await client.listPrompts();
assert.deepEqual(prompts.map(prompt => prompt.name).sort(), ['before_you_try', 'hand_over', 'start_work']);
const { messages } = await client.getPrompt({ name: 'before_you_try', arguments: { what: 'two providers' } });
assert.equal(messages[0].role, 'user');
assert.match(messages[0].content.text, /dearer/);
const none = await client.complete({ ref: { type: 'ref/prompt', name: 'start_work' }, argument: { name: 'task', value: 'PAY' } });
assert.deepEqual(none.completion.values, []);

// A session that was ended over HTTP is gone.
if (how === 'http') {
  const session = transport.sessionId;
  await transport.terminateSession();
  const gone = await fetch(target, {
    method: 'POST',
    headers: { Authorization: `Bearer ${rest[0]}`, 'Mcp-Session-Id': session, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  });
  assert.equal(gone.status, 404);
  assert.match((await gone.json()).error.message, /Session not found/);
}
await client.close();
console.log(`${driven.size} tools driven by ${line} over ${how}`);
