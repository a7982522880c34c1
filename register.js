// The preload: `node -r tracing-agent/register app.js`. Written in ES5, since an old Node must be able to read it:
// there it says one line and leaves the application alone. It never throws.
(function register() {
  var env = process.env;
  var argv = process.argv || [];
  var version = process.versions.node.split('.');
  var major = Number(version[0]);
  var minor = Number(version[1]);
  var cutOffs = { 18: 19, 20: 6 };
  // Programs that NODE_OPTIONS reaches too, and that nobody wants to trace: by the file name of the main script.
  var tools =
    'npm npm-cli npx npx-cli yarn yarnpkg yarnjs pnpm pnpx corepack lerna nx turbo rush ' +
    'tsc tsserver tsgo eslint eslint_d tslint prettier biome jshint jscs standard xo stylelint oxlint commitlint ' +
    'babel esbuild rollup rolldown tsup webpack webpack-cli parcel swc ncc sass lessc postcss tailwindcss ' +
    'node-gyp node-pre-gyp prebuild-install node-gyp-build node-gyp-build-optional-packages ' +
    'nodemon concurrently concurrent npm-run-all run-s run-p cross-env cross-env-shell dotenv wait-on husky ' +
    'lint-staged rimraf mkdirp shx patch-package np npm-check-updates ncu semver depcheck license-checker ' +
    'c8 nyc pm2 pm2-dev pm2-runtime forever typedoc jsdoc';

  function say(line) {
    try {
      require('fs').writeSync(2, 'tracing-agent: ' + line + '\n');
    } catch (_) {}
  }

  function isTool(path) {
    // No expressions where a comparison will do: making one costs more than all the rest of this file.
    var parts = String(path).split('\\').join('/').split('/');
    var file = parts.pop();
    var name = withoutVersion(withoutExtension(file));
    var folders = '/' + parts.join('/') + '/';
    if (has(String(env.TRACING_AGENT_SKIP || '').split(','), name)) return true;
    if (name === 'Daemon' && /\/node_modules\/pm2\/lib\/$/.test(folders)) return true;
    if (!has(tools.split(' '), name)) return false;
    // An application may have a script `webpack.js` of its own.
    return name === file || /\/(node_modules|bin|\.bin|\.yarn|corepack|nodejs)\//.test(folders);
  }

  function withoutExtension(file) {
    var dot = file.lastIndexOf('.');
    var extension = file.slice(dot);
    return dot > 0 && (extension === '.js' || extension === '.cjs' || extension === '.mjs')
      ? file.slice(0, dot)
      : file;
  }

  // `.yarn/releases/yarn-4.1.0.cjs`
  function withoutVersion(name) {
    var start = name.slice(0, 5);
    return (start === 'yarn-' || start === 'pnpm-') && name.charAt(5) >= '0' && name.charAt(5) <= '9'
      ? start.slice(0, 4)
      : name;
  }

  function has(names, name) {
    var i;
    for (i = 0; i < names.length; i++) if (names[i].trim() === name) return true;
    return false;
  }

  // Whether nobody asked for this process: a tool, a check of syntax, or a line of code that only NODE_OPTIONS reaches.
  function isAside() {
    var flags = process.execArgv || [];
    var code = false;
    var named = false;
    var last;
    var i;
    for (i = 0; i < flags.length; i++) {
      if (flags[i] === '-c' || flags[i] === '--check') return true;
      if (has(['-p', '-e', '-pe', '--eval', '--print'], flags[i].split('=')[0])) code = true;
      last = flags[i].split('\\').join('/').split('=').join('/').split('/').pop();
      if (last === 'register' || last === 'register.js' || last === 'register.mjs') named = true;
    }
    return (code && !named) || (argv.length > 1 && isTool(script(argv[1])));
  }

  // pm2 starts a file of its own, which runs the script: `pm2 start npm -- start`.
  function script(path) {
    var own = '/pm2/lib/ProcessContainerFork.js';
    return (String(path).split('\\').join('/').slice(-own.length) === own && env.pm_exec_path) || path;
  }

  try {
    // On demand: in a process that nobody asked to trace, this file is all that is read.
    if (env.TRACING_AGENT_ON_DEMAND === 'true' && env.TRACING_AGENT_ENABLE !== 'true') return;
    if (env.TRACING_AGENT_TOOLS !== 'true' && env.TRACING_AGENT_ENABLE !== 'true' && isAside()) return;
    if (!(major >= 18) || major === 19 || minor < cutOffs[major]) {
      return say(
        'Node.js ' +
          process.versions.node +
          ' is older than this agent supports; the application runs untraced ' +
          '(TA_NODE_TOO_OLD; use Node.js 18.19, 20.6, 22 or newer)'
      );
    }
    require('./dist/start.js').register();
  } catch (error) {
    say(
      'the agent could not start, the application runs untraced: ' +
        String((error && error.message) || error).split('\n')[0] +
        ' (TA_START_FAILED; reinstall the package)'
    );
  }
})();
