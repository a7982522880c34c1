// oracledb's thin mode, without a server: prints how connecting and misuse end.
const oracledb = require(process.env.LIBRARY);

const seen = [];
const codeOf = (error) => seen.push([error.name, error.code ?? error.message]);

async function main() {
  const address = { user: 'robin', password: 'canary', connectString: '127.0.0.1:1/birds' };
  await oracledb.getConnection(address).catch(codeOf);
  await new Promise((resolve) =>
    oracledb.getConnection(address, (error) => {
      codeOf(error);
      resolve();
    }),
  );
  const { prototype } = oracledb.Connection;
  await prototype.execute.call({}, "SELECT 'canary' FROM birds").catch(codeOf);
  await prototype.execute.call(Object.create(prototype), "SELECT 'canary' FROM birds").catch(codeOf);
  seen.push([prototype.execute.name, prototype.execute.length, prototype.executeMany.name]);
  console.log(JSON.stringify(seen));
}

main();
