insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "serviceId", "serviceName", "estimatedDuration", period, "preferredDate", "updatedAt")
  values ('new1', 'patient', '010-0000-0000', '1990-01-01', 'FEMALE', 'FIRST_VISIT', 'srv_skin_care', 'Skin', 70, 'MORNING', '2026-05-04', '2026-05-01 10:00');
update reservations set "serviceId" = 'srv_body_care' where id = 'r2';
select count(*) from services;
