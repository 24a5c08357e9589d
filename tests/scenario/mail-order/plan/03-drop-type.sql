DROP TYPE "Zustand";
