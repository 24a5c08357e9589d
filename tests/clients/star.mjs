// What an application must not do: SELECT * (or RETURNING *) as a prepared statement on a connection that is kept. PostgreSQL refuses
// it (0A000) once the table has another column, and goes on refusing until the connection is another. Counted apart: it is no error
// of the migration, and the scenario proves that it happens.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const statements = {
  select: 'select * from reservations where id = $1',
  returning: 'update reservations set notes = notes where id = $1 returning *',
  columns: 'select id, status from reservations where id = $1',
};

export async function watch_star(url) {
  const counts = { refused: 0, refused_again: 0, healed: 0, other: [] };
  let client;
  const connect = async () => {
    client = new pg.Client({ connectionString: url });
    await client.connect();
  };
  // The code it is refused with, if it is.
  const refusal = async (name) => {
    try {
      await client.query({ name, text: statements[name], values: ['nobody'] });
    } catch (error) {
      return error.code;
    }
  };
  let stopped = false;
  const look = async (name) => {
    const code = await refusal(name);
    if (!code) return;
    if (code !== '0A000' || name === 'columns') { counts.other.push(code); return; }
    counts.refused += 1;
    if (await refusal(name) === '0A000') counts.refused_again += 1;
    await client.end();
    await connect();
    if (!await refusal(name)) counts.healed += 1;
  };
  const run = async () => {
    while (!stopped) {
      for (const name of Object.keys(statements)) await look(name);
      await sleep(50);
    }
  };
  await connect();
  const running = run();
  return { counts, close: async () => { stopped = true; await running; await client.end(); } };
}
