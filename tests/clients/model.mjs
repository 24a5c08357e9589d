// What each application knows of a reservation, and made-up values for it.
// A row is an object of plain values: dates and timestamps as PostgreSQL prints them, the latter with milliseconds.

const common = ['id', 'patientName', 'phone', 'email', 'birthDate', 'gender', 'treatmentType', 'preferredDate', 'status', 'notes',
  'adminNotes', 'createdAt', 'updatedAt', 'statusChangedAt', 'statusChangedBy'];
export const timestamps = new Set(['birthDate', 'createdAt', 'updatedAt', 'statusChangedAt']);
export const dates = new Set(['preferredDate']);

export const below = (end) => Math.floor(Math.random() * end);
export const one = (list) => list[below(list.length)];
const chance = (share) => Math.random() < share;
const padded = (number, width) => String(number).padStart(width, '0');

export const timestamp = (date) => date.toISOString().replace('T', ' ').replace('Z', '');
export const now = () => timestamp(new Date());
const day = () => timestamp(new Date(Date.now() + (below(60) - 20) * 86_400_000)).slice(0, 10);

const codes = ['WRINKLE_BOTOX', 'VOLUME_LIFTING', 'SKIN_CARE', 'REMOVAL_PROCEDURE', 'BODY_CARE', 'OTHER_CONSULTATION'];
const times = ['09:00', '9:00 AM', '오전 10시', '10:30', '11시', '1430', '오후 2시', '14:00', '2:30 PM', '16:45', '점심'];

// Now and then a text that nobody has read before, and that nobody can read.
const time = () => (chance(0.002) ? `whenever ${below(1_000_000)}` : one(times));

const models = {
  old: {
    columns: [...common, 'service', 'preferredTime'],
    enums: { gender: 'Gender', treatmentType: 'TreatmentType', status: 'ReservationStatus', service: 'ServiceType' },
    wish: () => ({ service: one(codes), preferredTime: time(), preferredDate: day() }),
  },
  new: {
    columns: [...common, 'serviceId', 'serviceName', 'estimatedDuration', 'period'],
    enums: { gender: 'Gender', treatmentType: 'TreatmentType', status: 'ReservationStatus', period: 'Period' },
    wish: (services) => ({ ...one(services), period: one(['MORNING', 'AFTERNOON']), preferredDate: day() }),
  },
};

export const statuses = ['PENDING', 'CONFIRMED', 'CANCELLED', 'COMPLETED', 'NO_SHOW'];

// `services`: what the new application read from its table of services; the old one has them in its code.
export function model(name, services) {
  const { columns, enums, wish } = models[name];
  const booking = (id) => ({
    id, patientName: `환자 ${below(10_000)}`, phone: `010-0${padded(below(1000), 3)}-${padded(below(10_000), 4)}`,
    email: chance(0.5) ? null : `patient${below(10_000)}@example.com`,
    birthDate: `${1940 + below(70)}-${padded(1 + below(12), 2)}-${padded(1 + below(28), 2)} 00:00:00.000`,
    gender: one(['MALE', 'FEMALE', 'OTHER']), treatmentType: one(['FIRST_VISIT', 'FOLLOW_UP']), status: 'PENDING',
    notes: chance(0.5) ? null : `"quotes", 'more' and \\ ${below(1000)}`, adminNotes: null,
    createdAt: now(), updatedAt: now(), statusChangedAt: now(), statusChangedBy: null, ...wish(services),
  });
  return {
    name, columns, enums, booking,
    reschedule: () => ({ ...wish(services), updatedAt: now() }),
    move: () => ({ status: one(statuses), statusChangedAt: now(), statusChangedBy: 'desk', updatedAt: now() }),
  };
}

export function differing(columns, one, other) {
  return columns.filter((column) => one[column] !== other[column]);
}
