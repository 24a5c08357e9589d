ALTER TABLE "주문" ADD COLUMN seit date;
