// An ES module that looks a name up, through the name it imported and through the module.
import dns, { lookup } from 'node:dns';
import { promisify } from 'node:util';

const answers = [await promisify(lookup)('localhost'), await dns.promises.lookup('localhost')];
console.log(answers.length);
