-- AlterTable
ALTER TABLE "run" ADD COLUMN     "cancel_wish" TEXT;
