/** The agent's version, as package.json has it; a contract test holds the two together. Beside a span's way: scope and process tags. */
export const VERSION = '0.1.0';
