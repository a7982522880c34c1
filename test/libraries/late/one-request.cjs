// One request to each application that `express` makes, each with a route of its own.
module.exports = async (...frameworks) => {
  for (const [index, express] of frameworks.entries()) {
    const app = express();
    app.get(`/copy${index}/:id`, (_request, response) => response.send('ok'));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/copy${index}/7`, {
      headers: { connection: 'close' },
    });
    console.log(await answer.text());
    await new Promise((resolve) => server.close(resolve));
  }
};
