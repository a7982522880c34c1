// The preload: `node -r tracing-agent/register app.js`. Written in ES5, since an old Node must be able to read it:
// there it says one line and leaves the application alone. It never throws.
(function register() {
  var version = process.versions.node.split('.');
  var major = Number(version[0]);
  var minor = Number(version[1]);
  var cutOffs = { 18: 19, 20: 6 };

  function say(line) {
    try {
      require('fs').writeSync(2, 'tracing-agent: ' + line + '\n');
    } catch (_) {}
  }

  // On demand: in a process that nobody asked to trace, this file is all that is read.
  if (process.env.TRACING_AGENT_ON_DEMAND === 'true' && process.env.TRACING_AGENT_ENABLE !== 'true') return;
  if (major < 18 || major === 19 || minor < cutOffs[major]) {
    return say(
      'Node.js ' +
        process.versions.node +
        ' is older than this agent supports; the application runs untraced ' +
        '(TA_NODE_TOO_OLD; use Node.js 18.19, 20.6, 22 or newer)'
    );
  }
  try {
    require('./dist/start.js').register();
  } catch (error) {
    say(
      'the agent could not start, the application runs untraced: ' +
        String((error && error.message) || error).split('\n')[0] +
        ' (TA_START_FAILED; reinstall the package)'
    );
  }
})();
