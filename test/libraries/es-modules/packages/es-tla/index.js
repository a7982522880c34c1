import { waited } from './waits.js';

export const order = ['before'];
await new Promise((resolve) => setTimeout(resolve, 5));
order.push('after', waited);
export class Client {
  query() {
    return order.join(' ');
  }
}
export default function open() {
  return 'opened';
}
