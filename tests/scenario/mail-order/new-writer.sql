-- The new application: it knows the new tables and columns, and nothing else. It locks the article whose colours it changes, and
-- the customer where the old application writes the same one's address.
set application_name = 'new writer';
do $$
declare
  i integer := 0; k bigint; o record; a record; z text; n integer; list text[];
begin
  while (select go from kept.writers where kind = 'new') loop
    i := i + 1;
    n := nextval('kept.nr');
    z := (array['neu', 'bezahlt', '취소'])[1 + n % 3];
    list := (array['{weiß}', '{weiß, rot}', '{rot, hellgrün, 검정}', '{}'])[1 + n % 4]::text[];
    select * into o from kept."주문" order by random() limit 1;
    perform pg_advisory_xact_lock(o."Nr");                          -- whoever waits for a row that moves to another partition would fail
    select * into a from kept."Artikel" order by random() limit 1;
    select nr into k from kept."Kunde" where nr % 3 <> 2 order by random() limit 1;
    if i % 8 = 0 then
      insert into "Kunde" ("Name") values ('neu ' || n) returning nr into k;
      insert into "Anschrift" (kunde, "Straße", "Ort") values (k, 'Allee ' || n, 'Stadt');
      insert into kept."Kunde" values (k, 'neu ' || n, 'Allee ' || n, 'Stadt');
    elsif i % 8 = 1 then
      if k % 3 = 0 then perform 1 from "Kunde" where nr = k for update; end if;
      insert into "Anschrift" (kunde, "Straße", "Ort") values (k, 'Platz ' || n, null)
        on conflict (kunde) do update set "Straße" = excluded."Straße", "Ort" = excluded."Ort";
      update kept."Kunde" set "Straße" = 'Platz ' || n, "Ort" = null where nr = k;
    elsif i % 8 = 2 then
      if k % 3 = 0 then perform 1 from "Kunde" where nr = k for update; end if;
      delete from "Anschrift" where kunde = k;
      update kept."Kunde" set "Straße" = null, "Ort" = null where nr = k;
    elsif i % 8 = 3 then
      insert into "주문" (jahr, "Nr", kunde, "Summe", zustand_id) select 2023 + n % 4, n, 1, n, id from "Auftragszustand" where code = z;
      insert into kept."주문" values (2023 + n % 4, n, 1, n, z);
    elsif i % 8 = 4 then
      update "주문" set zustand_id = (select id from "Auftragszustand" where code = z) where "Nr" = o."Nr";
      if found then update kept."주문" set "Zustand" = z where "Nr" = o."Nr"; end if;
    elsif i % 8 = 5 then
      update "주문" set jahr = 2023 + n % 5, zustand_id = (select id from "Auftragszustand" where code = z) where "Nr" = o."Nr";
      if found then update kept."주문" set jahr = 2023 + n % 5, "Zustand" = z where "Nr" = o."Nr"; end if;
    elsif i % 8 = 6 then
      perform 1 from "Artikel" where katalog = a.katalog and nummer = a.nummer for update;
      if found then
        delete from "Artikelfarbe" where katalog = a.katalog and nummer = a.nummer;
        insert into "Artikelfarbe" select a.katalog, a.nummer, at, colour from unnest(list) with ordinality l(colour, at);
        update kept."Artikel" set "Farben" = nullif(array_to_string(list, ', '), '') where katalog = a.katalog and nummer = a.nummer;
      end if;
    else                                                            -- one more colour, and another for the first
      perform 1 from "Artikel" where katalog = a.katalog and nummer = a.nummer for update;
      if found then
        insert into "Artikelfarbe" select a.katalog, a.nummer, 1 + coalesce(max(platz), 0), 'Ton ' || n from "Artikelfarbe" where katalog = a.katalog and nummer = a.nummer;
        update "Artikelfarbe" set "Farbe" = 'Grund ' || n where katalog = a.katalog and nummer = a.nummer and platz = 1;
        update kept."Artikel" set "Farben" = (select string_agg(f."Farbe", ', ' order by f.platz) from "Artikelfarbe" f where f.katalog = a.katalog and f.nummer = a.nummer)
          where katalog = a.katalog and nummer = a.nummer;
      end if;
    end if;
    commit;
    update kept.writers set writes = writes + 1 where kind = 'new';
    commit;
  end loop;
end $$;
