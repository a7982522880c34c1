export let count = 0;
export function increment() {
  count++;
}
export class Client {
  query = (text) => this.send(text);
  send(text) {
    return `sent ${text}`;
  }
}
export { Client as 'quoted name', count as default };
export const where = new URL('./data', import.meta.url).pathname.split('/').at(-1);
//# sourceMappingURL=index.js.map
