// Ends as the argument says.
const ways = {
  naturally: () => {},
  exit: () => process.exit(3),
  throws: () => {
    throw new Error('of the application');
  },
  signal: () => {
    setInterval(() => {}, 1000);
    process.kill(process.pid, 'SIGTERM');
  },
};
ways[process.argv[2]]();
