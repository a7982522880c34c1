// Imports real libraries that are ES modules, and prints what each exports.
for (const name of process.argv.slice(2)) {
  const exports = await import(name);
  const kinds = Object.entries(exports).map(([key, value]) => `${key}: ${typeof value} ${value?.name ?? ''}`);
  console.log(JSON.stringify([name, kinds]));
}
globalThis.check?.({});
