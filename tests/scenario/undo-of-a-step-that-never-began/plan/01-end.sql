DO $$
BEGIN
  DROP TRIGGER count_stays ON stays;
  DROP FUNCTION count_stays();
END $$;
