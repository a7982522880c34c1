// Asks a server of the same process one request after another, and prints what it answers.
const http = require('node:http');

/** @param requests lines `METHOD /path` */
exports.askAll = async function askAll(port, requests) {
  const agent = new http.Agent({ keepAlive: true });
  for (const line of requests) {
    const [method, path] = line.split(' ');
    const { status, text } = await ask({ host: '127.0.0.1', port, method, path, agent });
    console.log(line, status, text.length > 120 ? 'long' : text);
  }
  agent.destroy();
};

function ask(options) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
    request.end();
  });
}
