-- create_triggers
create trigger "zz segue insert hospital-services reservations" before insert on "public"."reservations" for each row execute function segue."sync hospital-services reservations"();

-- create_triggers
create trigger "zz segue update hospital-services reservations" before update on "public"."reservations" for each row
  when ((old."serviceId" is distinct from new."serviceId" or old."serviceName" is distinct from new."serviceName" or old."estimatedDuration" is distinct from new."estimatedDuration" or old."period" is distinct from new."period" or old."id" is distinct from new."id" or old."service" is distinct from new."service" or old."preferredTime" is distinct from new."preferredTime") and current_setting('segue.backfill', true) is distinct from 'on') execute function segue."sync hospital-services reservations"();

-- drop_triggers
drop trigger if exists "zz segue insert hospital-services reservations" on "public"."reservations";

-- drop_triggers
drop trigger if exists "zz segue update hospital-services reservations" on "public"."reservations";

-- drop_triggers
drop function if exists segue."sync hospital-services reservations"();

