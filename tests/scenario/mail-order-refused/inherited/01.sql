ALTER TABLE "주문" ADD COLUMN zustand_text text;
