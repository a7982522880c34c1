// A CommonJS application with ES modules: by import(), and by require where Node can.
const show = (...values) => console.log(JSON.stringify(values));
import('es-live').then(async (live) => {
  show(Object.keys(live), new live.Client().query('x'));
  if (process.features.require_module) {
    const cycle = require('es-cycle');
    show(Object.keys(cycle), cycle.default('a').query('q'), cycle === (await import('es-cycle')));
    show(Object.keys(require('es-clash')), new (require('es-clash').Client)().query());
    try {
      require('es-tla');
    } catch (error) {
      show(error.code);
    }
  } else {
    const cycle = await import('es-cycle');
    await import('es-clash');
    show(Object.keys(cycle), cycle.default('a').query('q'));
  }
  globalThis.check?.({});
});
