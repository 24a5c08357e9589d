DROP TYPE "Device";
