// Reservations with @prisma/client and @prisma/adapter-pg. Two pools: the adapter's own way (a statement is parsed anew each time),
// and every statement prepared under a name and kept, as Prisma's engines before the adapter did and as the adapter can be told to.
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { dates, timestamp, timestamps } from './model.mjs';
import { pool, statementName } from './store_pg.mjs';

class NamingClient extends pg.Client {
  query(query, ...rest) {
    const named = query?.text && query.values?.length && !query.name;
    return super.query(named ? { ...query, name: statementName(query.text) } : query, ...rest);
  }
}

const mapped = (row, timestampTo, dateTo) => Object.fromEntries(Object.entries(row).map(([column, value]) => {
  if (timestamps.has(column)) return [column, timestampTo(value)];
  return [column, dates.has(column) ? dateTo(value) : value];
}));
const toPrisma = (row) => mapped(row, (text) => new Date(`${text.replace(' ', 'T')}Z`), (text) => new Date(`${text}T00:00:00Z`));
const fromPrisma = (row) => row && mapped(row, timestamp, (date) => timestamp(date).slice(0, 10));

class Store {
  constructor(db) {
    this.db = db;
  }

  async create(row) {
    return fromPrisma(await this.db.reservation.create({ data: toPrisma(row) }));
  }

  async createMany(rows) {
    return (await this.db.reservation.createMany({ data: rows.map(toPrisma) })).count;
  }

  async read(id) {
    return fromPrisma(await this.db.reservation.findUnique({ where: { id } }));
  }

  async page(skip, take) {
    return (await this.db.reservation.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], skip, take })).map(fromPrisma);
  }

  async after(id, prefix, take) {
    return (await this.db.reservation.findMany({
      where: { id: { gt: id, startsWith: prefix } }, orderBy: { id: 'asc' }, take })).map(fromPrisma);
  }

  async update(id, changes) {
    return fromPrisma(await this.db.reservation.update({ where: { id }, data: toPrisma(changes) }));
  }

  async updateMany(ids, changes) {
    return (await this.db.reservation.updateMany({ where: { id: { in: ids } }, data: toPrisma(changes) })).count;
  }

  async upsert(row, changes) {
    return fromPrisma(await this.db.reservation.upsert({ where: { id: row.id }, create: toPrisma(row), update: toPrisma(changes) }));
  }

  async remove(id) {
    return (await this.db.reservation.delete({ where: { id } })).id === id ? 1 : 0;
  }
}

const open_statuses = { in: ['PENDING', 'CONFIRMED'] };

class Old extends Store {
  async availability(row) {
    const { service, preferredDate } = toPrisma(row);
    const limit = await this.db.serviceReservationLimit.findUnique({ where: { serviceType: service } });
    return limit.dailyLimit - await this.db.reservation.count({ where: { service, preferredDate, status: open_statuses } });
  }
}

class New extends Store {
  async availability(row) {
    const { period, preferredDate } = toPrisma(row);
    const slot = await this.db.clinicTimeSlot.findUnique({ where: { dayOfWeek_period: { dayOfWeek: preferredDate.getUTCDay(), period } } });
    const booked = await this.db.reservation.findMany({
      where: { period, preferredDate, status: open_statuses }, include: { service: true } });
    if (booked.some((found) => !found.service.code)) throw new Error('a reservation without a service');
    return (slot?.totalMinutes ?? 0) - booked.reduce((sum, found) => sum + found.estimatedDuration, 0);
  }
}

export const conflict = (error) => error.code === 'P2034';

const levels = { 'read committed': 'ReadCommitted', 'repeatable read': 'RepeatableRead' };

export function open(url, model) {
  const { PrismaClient } = createRequire(import.meta.url)(`./generated/${model.name}/index.js`);
  const kind = model.name === 'old' ? Old : New;
  const pools = [pool(url), pool(url, { Client: NamingClient })];
  const stores = pools.map((connections) => {
    const prisma = new PrismaClient({ adapter: new PrismaPg(connections), errorFormat: 'minimal' });
    const store = new kind(prisma);
    // The default of five seconds would measure the machine, not the migration.
    store.transaction = (work, isolation = 'read committed') => prisma.$transaction((db) => work(new kind(db)),
      { maxWait: 60_000, timeout: 60_000, isolationLevel: levels[isolation] });
    return store;
  });
  return { stores, close: () => Promise.all(pools.map((connections) => connections.end())) };
}
