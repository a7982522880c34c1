// Asks a server of its own by HTTP, and resolves to the answer: called by test runners, and run under other agents.
const { createServer } = require('node:http');
const { once } = require('node:events');

module.exports = async function asks() {
  const server = createServer((request, response) => response.end(`answered ${request.url}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/shelf`);
  const text = await answer.text();
  server.close();
  return text;
};

if (require.main === module)
  module.exports().then((text) => {
    console.log(text);
    process.exitCode = 3;
  });
