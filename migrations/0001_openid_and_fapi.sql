CREATE TABLE `logouts` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`user_id` text NOT NULL,
	`session_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`failed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `logouts_once` ON `logouts` (`session_id`,`client_id`);--> statement-breakpoint
CREATE INDEX `logouts_due` ON `logouts` (`next_at`) WHERE failed_at IS NULL;--> statement-breakpoint
CREATE INDEX `logouts_by_failure` ON `logouts` (`failed_at`);--> statement-breakpoint
CREATE TABLE `pushed_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`request` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pushed_requests_by_expiry` ON `pushed_requests` (`expires_at`);--> statement-breakpoint
CREATE TABLE `seen` (
	`key` text PRIMARY KEY NOT NULL,
	`rid` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `seen_by_expiry` ON `seen` (`expires_at`);--> statement-breakpoint
CREATE TABLE `session_clients` (
	`session_id` text NOT NULL,
	`client_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`session_id`, `client_id`)
);
--> statement-breakpoint
CREATE INDEX `session_clients_by_expiry` ON `session_clients` (`expires_at`);--> statement-breakpoint
DROP INDEX `grants_live`;--> statement-breakpoint
ALTER TABLE `grants` ADD `authorization_details` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `separate` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `grants_live` ON `grants` (`user_id`,`client_id`) WHERE revoked_at IS NULL AND separate = 0;--> statement-breakpoint
ALTER TABLE `families` ADD `authorization_details` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `families` ADD `confirmation` text;--> statement-breakpoint
ALTER TABLE `families` ADD `session_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `families` ADD `grant_management` text;--> statement-breakpoint
ALTER TABLE `resources` ADD `authorization_details_types` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `lineage` text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE `sessions` SET `lineage` = `id`;--> statement-breakpoint
CREATE INDEX `sessions_by_lineage` ON `sessions` (`lineage`);