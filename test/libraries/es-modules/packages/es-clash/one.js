export const clashing = 1;
export { shared } from './three.js';
export const one = 1;
