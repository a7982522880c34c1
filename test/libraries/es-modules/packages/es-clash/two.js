export const clashing = 2;
export { shared } from './three.js';
export const two = 2;
