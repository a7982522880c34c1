// Prints whether the preload has asked Node to hook modules.
console.log(globalThis.hooked);
globalThis.check({});
