import * as index from './index.js';

await null;
export const waited = `${Reflect.ownKeys(index).length}`;
