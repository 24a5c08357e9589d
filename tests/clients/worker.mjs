// One user of the application: books, reads back, lists, moves, cancels, and knows what every row it owns must say.
// It owns the rows it made and its share of those that were there before; what others own it reads and lets be.
import { setTimeout as sleep } from 'node:timers/promises';
import { below, differing, one } from './model.mjs';

const most_rows = 40;
// Now and then longer than segue waits for a lock (100 ms), so that it has to give way.
const pause = () => sleep(below(100) ? below(15) : 400);

export class Worker {
  constructor(store, model, prefix, conflict, report) {
    Object.assign(this, { store, model, prefix, conflict, report });
    this.made = new Map(); // its own bookings
    this.found = new Map(); // rows that were there before; never deleted
    this.count = 0;
  }

  new_booking() {
    return this.model.booking(`${this.prefix}${String(++this.count).padStart(7, '0')}`);
  }

  any() {
    return one([...(this.found.size && below(2) ? this.found : this.made).values()]);
  }

  // What the database says is what was written.
  compare(operation, got, want) {
    const columns = got && want ? differing(this.model.columns, got, want) : got || want ? ['presence'] : [];
    if (columns.length) this.report.wrong({ operation, id: (got ?? want).id, columns });
  }

  compare_count(operation, got, want) {
    if (got !== want) this.report.wrong({ operation, columns: ['count'], got, want });
  }

  kept(row) {
    (this.found.has(row.id) ? this.found : this.made).set(row.id, row);
  }

  async create() {
    const row = this.new_booking();
    const got = await this.store.create(row);
    this.kept(row);
    this.compare('create', got, row);
  }

  async createMany() {
    const rows = Array.from({ length: 5 }, () => this.new_booking());
    const count = await this.store.createMany(rows);
    rows.forEach((row) => this.kept(row));
    this.compare_count('createMany', count, rows.length);
  }

  async read() {
    const row = this.any() ?? this.new_booking();
    const known = this.made.has(row.id) || this.found.has(row.id);
    this.compare('read', await this.store.read(row.id), known ? row : undefined);
  }

  // Everybody's rows in the order of the list; of its own the worker knows what they must say.
  async page() {
    const rows = await this.store.page(below(100), 25);
    this.compare_count('page', rows.length, 25);
    rows.forEach((row, i) => {
      const want = this.made.get(row.id) ?? this.found.get(row.id);
      if (want) this.compare('page', row, want);
      if (i && rows[i - 1].createdAt < row.createdAt) this.report.wrong({ operation: 'page', columns: ['order'], id: row.id });
    });
  }

  async list() {
    const rows = [];
    for (let last = ''; ;) {
      const page = await this.store.after(last, this.prefix, 15);
      rows.push(...page);
      if (page.length < 15) break;
      last = page.at(-1).id;
    }
    this.compare_all('list', rows, this.made);
  }

  compare_all(operation, rows, wanted) {
    const got = new Map(rows.map((row) => [row.id, row]));
    for (const id of new Set([...got.keys(), ...wanted.keys()])) this.compare(operation, got.get(id), wanted.get(id));
  }

  async change(operation, changes) {
    const row = this.any();
    if (!row) return;
    const want = { ...row, ...changes };
    const got = await this.store.update(row.id, changes);
    this.kept(want);
    this.compare(operation, got, want);
  }

  status() {
    return this.change('status', this.model.move());
  }

  reschedule() {
    return this.change('reschedule', this.model.reschedule());
  }

  async updateMany() {
    const rows = [this.any(), this.any(), this.any()].filter(Boolean);
    const ids = [...new Set(rows.map((row) => row.id))].sort().reverse();
    const changes = this.model.reschedule();
    const count = await this.store.updateMany(ids, changes);
    new Set(rows).forEach((row) => this.kept({ ...row, ...changes }));
    this.compare_count('updateMany', count, ids.length);
  }

  async upsert() {
    const row = (below(2) && one([...this.made.values()])) || this.new_booking();
    const changes = this.model.reschedule();
    const want = this.made.has(row.id) ? { ...row, ...changes } : row;
    const got = await this.store.upsert(row, changes);
    this.kept(want);
    this.compare('upsert', got, want);
  }

  async remove() {
    const row = one([...this.made.values()]);
    if (!row) return;
    const count = await this.store.remove(row.id);
    this.made.delete(row.id);
    this.compare_count('remove', count, 1);
  }

  // Reads before it writes, pauses, changes rows against the order of their keys: the way to meet the backfill in a deadlock.
  async transaction() {
    const rows = [this.any(), this.any()].filter(Boolean).sort((a, b) => (a.id < b.id ? 1 : -1));
    const [made, gone] = [this.new_booking(), one([...this.made.values()])];
    const after = new Map();
    await this.store.transaction(async (store) => {
      await store.availability(made);
      for (const row of rows) {
        this.compare('transaction', await store.read(row.id), after.get(row.id) ?? row);
        const want = { ...(after.get(row.id) ?? row), ...(below(2) ? this.model.move() : this.model.reschedule()) };
        this.compare('transaction', await store.update(row.id, want), want);
        after.set(row.id, want);
        await pause();
      }
      this.compare('transaction', await store.create(made), made);
      if (gone) this.compare_count('transaction', await store.remove(gone.id), 1);
    });
    [made, ...after.values()].forEach((row) => this.kept(row));
    if (gone) this.made.delete(gone.id);
  }

  async rolled_back() {
    const [row, made, thought_better] = [this.any(), this.new_booking(), new Error('thought better of it')];
    try {
      await this.store.transaction(async (store) => {
        await store.create(made);
        if (row) await store.update(row.id, this.model.reschedule());
        await pause();
        throw thought_better;
      });
    } catch (error) {
      if (error !== thought_better) throw error;
    }
    this.compare('rolled_back', await this.store.read(made.id), undefined);
  }

  // A snapshot taken before the backfill wrote the row cannot be written through (40001): such transactions are tried again,
  // as they must be without any migration.
  async repeatable() {
    const row = this.any();
    if (!row) return;
    const want = { ...row, ...this.model.reschedule() };
    for (;;) {
      try {
        await this.store.transaction(async (store) => {
          this.compare('repeatable', await store.read(row.id), row);
          await pause();
          this.compare('repeatable', await store.update(row.id, want), want);
        }, 'repeatable read');
        return this.kept(want);
      } catch (error) {
        if (!this.conflict(error)) throw error;
        this.report.again();
      }
    }
  }

  // Reads back all it knows.
  async sweep() {
    await this.list();
    for (const row of this.found.values()) this.compare('sweep', await this.store.read(row.id), row);
    return this.made.size + this.found.size;
  }

  next() {
    if (this.made.size > most_rows) return 'remove';
    return one(Worker.operations);
  }
}

Worker.operations = ['create', 'create', 'createMany', 'read', 'read', 'page', 'list', 'status', 'status', 'reschedule', 'reschedule', 'updateMany',
  'upsert', 'upsert', 'remove', 'transaction', 'transaction', 'rolled_back', 'repeatable'];
