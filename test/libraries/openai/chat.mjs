// OpenAI's client as an ES module, against a stub on this machine: an answer, a stream and a refusal.
import { createServer } from 'node:http';
import OpenAI, { OpenAI as Named } from 'openai';

const chat = {
  id: 'c1',
  model: 'gpt-x-1',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'secret-answer' } }],
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
};
const piece = (content) => ({
  ...chat,
  object: 'chat.completion.chunk',
  usage: undefined,
  choices: [{ index: 0, delta: { content } }],
});
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const { model, stream } = JSON.parse(body);
  if (model === 'none') {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'secret-refusal', code: 'model_not_found' } }));
  } else if (stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const word of ['one', 'mug']) response.write(`data: ${JSON.stringify(piece(word))}\n\n`);
    response.end('data: [DONE]\n\n');
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(chat));
  }
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const openai = new OpenAI({
  apiKey: 'secret-key',
  baseURL: `http://127.0.0.1:${server.address().port}/v1`,
  maxRetries: 0,
});
const ask = (model, stream = false) =>
  openai.chat.completions.create({ model, stream, messages: [{ role: 'user', content: 'secret-question' }] });
const answer = await ask('gpt-x');
const words = [];
for await (const { choices } of await ask('gpt-s', true)) words.push(choices[0].delta.content);
const refused = await ask('none').catch((error) => [error.constructor.name, error.status]);
console.log(
  JSON.stringify({ answer: answer.choices[0].message.content, words, refused, same: Named === OpenAI }),
);
server.close();
server.closeAllConnections();
