// node main.mjs old|new pg|prisma URL [--workers N] [--operations N] [--share I/N]
// With --share it owns every N-th row that was there before the clients: nobody else may change those.
// Works until told to stop, or for N operations a worker. Reads commands, a line each: "sweep" reads back every row, "stop" (or the
// end of the input) sweeps and ends. Prints a JSON line for each error and each row that is not as written, and totals now and then.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { model as model_of } from './model.mjs';
import { services } from './store_pg.mjs';
import { watch_star } from './star.mjs';
import { Worker } from './worker.mjs';

const { positionals: [name, driver, url], values: options } = parseArgs({
  allowPositionals: true, options: { workers: { type: 'string', default: '3' }, operations: { type: 'string', default: 'Infinity' },
    share: { type: 'string' } } });
const driver_module = await import(`./store_${driver}.mjs`);
const totals = { done: 0, errors: 0, wrong: 0, again: 0, kinds: {}, star: undefined };
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let phase = 'work'; // or sweep, or stop

const report = {
  wrong(line) { totals.wrong += 1; say({ unlike: line }); },
  again() { totals.again += 1; },
  error(operation, began, error) {
    totals.errors += 1;
    const code = (error.meta?.driverAdapterError ?? error).cause?.originalCode ?? error.code ?? error.name;
    say({ error: operation, began, ended: Date.now(), code, message: error.message });
  },
};

async function attempt(operation, work) {
  const began = Date.now();
  try {
    return await work();
  } catch (error) {
    report.error(operation, began, error);
    await sleep(50);
  }
}

async function work(worker) {
  for (let done = 0; phase === 'work' && done < Number(options.operations); done += 1) {
    const operation = worker.next();
    const errors = totals.errors;
    await attempt(operation, () => worker[operation]());
    totals.done += 1;
    if (totals.errors === errors) totals.kinds[operation] = (totals.kinds[operation] ?? 0) + 1;
    await sleep(5);
  }
}

// An error is counted; then the pool has another connection.
async function sweep(worker) {
  for (let tries = 0; tries < 5; tries += 1) {
    const rows = await attempt('sweep', () => worker.sweep());
    if (rows !== undefined) return rows;
  }
  return 0;
}

async function adopt(workers, share, shares) {
  for (let last = ''; ;) {
    const page = await workers[0].store.after(last, '', 500);
    for (const row of page.filter(({ id }) => !/^(old|new)-/.test(id))) {
      const place = [...row.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7) % (shares * workers.length);
      if (place % shares === share) workers[Math.floor(place / shares)].found.set(row.id, row);
    }
    if (page.length < 500) return;
    last = page.at(-1).id;
  }
}

async function start() {
  const model = model_of(name, name === 'new' ? await services(url) : undefined);
  const { stores, close } = driver_module.open(url, model);
  const workers = Array.from({ length: Number(options.workers) }, (_, i) =>
    new Worker(stores[i % stores.length], model, `${name}-${driver}-${process.pid}-${i}-`, driver_module.conflict, report));
  if (options.share) await adopt(workers, ...options.share.split('/').map(Number));
  return { workers, close };
}

const input = createInterface({ input: process.stdin });
const commands = [];
input.on('line', (line) => { commands.push(line); phase = line; });
input.on('close', () => { commands.push('stop'); phase = 'stop'; });

const begun = await attempt('start', start);
const star = begun && name === 'old' && driver === 'pg' ? await watch_star(url) : undefined;
say({ started: Boolean(begun) });
const timer = setInterval(() => say({ at: Date.now(), ...totals, star: star?.counts }), 200);
while (begun) {
  await Promise.all(begun.workers.map(work));
  if (Number.isFinite(Number(options.operations))) break;
  const before = totals.wrong;
  const rows = await Promise.all(begun.workers.map(sweep));
  say({ swept: rows.reduce((sum, count) => sum + count, 0), wrong: totals.wrong - before, examples: [...begun.workers[0].found.keys()].slice(0, 5) });
  if (commands.includes('stop')) break;
  commands.length = 0;
  phase = 'work';
}
clearInterval(timer);
input.close();
await star?.close();
await begun?.close();
say({ at: Date.now(), ...totals, star: star?.counts, final: true });
