// The preload for `node --import tracing-agent/register app.js`; the same as register.js.
import './register.js';
