// Reservations with the package pg, as an application that writes its SQL by hand: every statement is prepared under a name once
// a connection and kept, every column is named, and connections stay open for the life of the program.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { timestamps } from './model.mjs';

// Values as PostgreSQL prints them; pg would make local times of them.
for (const oid of [1082, 1114]) pg.types.setTypeParser(oid, (text) => text);

const quoted = (name) => `"${name}"`;
export const statementName = (text) => createHash('sha1').update(text).digest('hex').slice(0, 16);

export function pool(url, options = {}) {
  const made = new pg.Pool({ connectionString: url, max: 4, idleTimeoutMillis: 0, ...options });
  made.on('error', () => {});
  return made;
}

const read = (row) => {
  for (const column of timestamps) row[column] = row[column].length === 19 ? `${row[column]}.000` : row[column].padEnd(23, '0');
  return row;
};

class Store {
  constructor(db, model) {
    this.db = db;
    this.columns = model.columns.map(quoted).join(', ');
    this.model = model;
  }

  async rows(text, values) {
    return (await this.db.query({ name: statementName(text), text, values })).rows.map(read);
  }

  async affected(text, values) {
    return (await this.db.query({ name: statementName(text), text, values })).rowCount;
  }

  // Column, "=" and the number of its parameter, in the model's order, so that equal changes are equal text.
  assignments(changes, first) {
    return Object.keys(changes).sort().map((column, i) => `${quoted(column)} = $${first + i}`).join(', ');
  }

  insertion(count) {
    const width = this.model.columns.length;
    const row = (i) => `(${this.model.columns.map((_, c) => `$${i * width + c + 1}`).join(', ')})`;
    return `insert into reservations (${this.columns}) values ${Array.from({ length: count }, (_, i) => row(i)).join(', ')}`;
  }

  values(row) {
    return this.model.columns.map((column) => row[column]);
  }

  changed(changes) {
    return Object.keys(changes).sort().map((column) => changes[column]);
  }

  async create(row) {
    return (await this.rows(`${this.insertion(1)} returning ${this.columns}`, this.values(row)))[0];
  }

  createMany(rows) {
    return this.affected(this.insertion(rows.length), rows.flatMap((row) => this.values(row)));
  }

  async read(id) {
    return (await this.rows(`select ${this.columns} from reservations where id = $1`, [id]))[0];
  }

  page(skip, take) {
    return this.rows(`select ${this.columns} from reservations order by "createdAt" desc, id limit $1 offset $2`, [take, skip]);
  }

  after(id, prefix, take) {
    return this.rows(`select ${this.columns} from reservations where id > $1 and starts_with(id, $2) order by id limit $3`, [id, prefix, take]);
  }

  async update(id, changes) {
    return (await this.rows(`update reservations set ${this.assignments(changes, 2)} where id = $1 returning ${this.columns}`,
      [id, ...this.changed(changes)]))[0];
  }

  updateMany(ids, changes) {
    return this.affected(`update reservations set ${this.assignments(changes, 2)} where id = any ($1)`, [ids, ...this.changed(changes)]);
  }

  async upsert(row, changes) {
    const text = `${this.insertion(1)} on conflict (id) do update set ${this.assignments(changes, this.model.columns.length + 1)}
      returning ${this.columns}`;
    return (await this.rows(text, [...this.values(row), ...this.changed(changes)]))[0];
  }

  remove(id) {
    return this.affected('delete from reservations where id = $1', [id]);
  }
}

// What only one of the two applications does.
class Old extends Store {
  async availability(row) {
    const { rows } = await this.db.query({ name: 'availability', text: `
      select "dailyLimit" - (select count(*) from reservations where service = $1 and "preferredDate" = $2 and status in ('PENDING', 'CONFIRMED'))
        as free from service_reservation_limits where "serviceType" = $1`, values: [row.service, row.preferredDate] });
    return Number(rows[0].free);
  }
}

class New extends Store {
  async availability(row) {
    const { rows } = await this.db.query({ name: 'availability', text: `
      select coalesce((select "totalMinutes" from clinic_time_slots where "dayOfWeek" = extract(dow from $1::date)::integer and period = $2), 0)
        - coalesce((select sum("estimatedDuration") from reservations join services on services.id = "serviceId"
                    where "preferredDate" = $1 and period = $2 and status in ('PENDING', 'CONFIRMED')), 0) as free`,
      values: [row.preferredDate, row.period] });
    return Number(rows[0].free);
  }
}

export const conflict = (error) => error.code === '40001';

export function open(url, model) {
  const kind = model.name === 'old' ? Old : New;
  const connections = pool(url);
  const store = new kind(connections, model);
  store.transaction = async (work, isolation = 'read committed') => {
    const client = await connections.connect();
    try {
      await client.query(`begin isolation level ${isolation}`);
      const result = await work(new kind(client, model));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  return { stores: [store], close: () => connections.end() };
}

// The new application's services, with the columns that a reservation copies from them.
export async function services(url) {
  const connections = pool(url, { max: 1 });
  try {
    return (await connections.query(`select id as "serviceId", name as "serviceName",
      "durationMinutes" + "bufferMinutes" as "estimatedDuration" from services order by "displayOrder"`)).rows;
  } finally {
    await connections.end();
  }
}
