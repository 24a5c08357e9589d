insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredTime", "preferredDate", "updatedAt")
  values ('again1', 'patient', '010-0000-0000', '1990-01-01', 'FEMALE', 'FIRST_VISIT', 'BODY_CARE', '4:10 PM', '2026-05-04', '2026-05-01 10:00');
