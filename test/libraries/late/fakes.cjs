// Libraries in states that the agent has not met: argument 1 is a folder with node_modules.
const { createRequire } = require('node:module');

const load = createRequire(`${process.argv[2]}/application.js`);
for (const name of process.argv.slice(3)) {
  const Client = load(name);
  const client = new Client();
  console.log(name, client.query('SELECT 1'), Object.isFrozen(Client), Object.keys(Client.prototype).join());
}
