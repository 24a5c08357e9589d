-- Row by row: the old side against what the writers kept.
select 'customers ' || count(*) from "Kunde" t full join kept."Kunde" k using (nr)
  where row (t."Name", t."Straße", t."Ort", t."Suchname") is distinct from row (k."Name", k."Straße", k."Ort", lower(k."Name"));
select 'articles ' || count(*) from "Artikel" t full join kept."Artikel" k using (katalog, nummer) where t.nummer is null or k.nummer is null or t."Farben" is distinct from k."Farben";
select 'orders ' || count(*) from "주문" t full join kept."주문" k using ("Nr")
  where row (t.jahr, t.kunde, t."Summe", t."Steuer", t."Zustand"::text) is distinct from row (k.jahr, k.kunde, k."Summe", round(k."Summe" * 0.19, 2), k."Zustand");
