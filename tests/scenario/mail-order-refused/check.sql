select 'nothing was added', to_regclass('public.bewegungen') is not null and count(*) = 0 from pg_attribute
  where attname in ('preis_cent', 'seit', 'zustand_text', 'netto_cent', 'marke', 'merkmal') and attnum > 0;
