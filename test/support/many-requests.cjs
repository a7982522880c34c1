// Twenty requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { below, isActive } = require('./parts.cjs');

/**
 * `work` gets the request's number and a function to call where the request's span should be active; `end` closes the
 * connection. Prints where another one was.
 */
exports.manyRequests = async function manyRequests(work, end) {
  const wrong = [];
  const requests = Array.from({ length: 20 }, (_, at) =>
    below(`request ${at}`, (span) =>
      work(at, (where) => {
        if (!isActive(span)) wrong.push(`request ${at} ${where}`);
      }),
    ),
  );
  await Promise.all(requests);
  await end();
  console.log(JSON.stringify(wrong));
};
