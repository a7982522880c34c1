// One process and one thread: the tests' machines have two cores.
module.exports = {
  distDir: process.env.SITE_DIST ?? '.next',
  experimental: { cpus: 1 },
  typescript: { ignoreBuildErrors: true },
};
