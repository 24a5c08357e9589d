CREATE TYPE "Zustand" AS ENUM ('neu', 'bezahlt', '취소');
