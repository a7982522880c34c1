// An ES module, so that Node starts its loader thread where hooks are registered.
console.log('nothing');
