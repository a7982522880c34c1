// Names the files of the agent that were read.
const { basename, join } = require('node:path');

const agent = join(__dirname, '../../..');
const read = Object.keys(require.cache).filter((file) => file.startsWith(agent) && file !== __filename);
console.log(read.map((file) => basename(file)).join(' '));
