CREATE TABLE `client_errors` (
	`client_id` text NOT NULL,
	`key` text NOT NULL,
	`endpoint` text NOT NULL,
	`error` text NOT NULL,
	`text` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`client_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `client_errors_by_time` ON `client_errors` (`last_at`);--> statement-breakpoint
CREATE TABLE `client_logos` (
	`client_id` text PRIMARY KEY NOT NULL,
	`uri` text NOT NULL,
	`content_type` text NOT NULL,
	`bytes` blob NOT NULL,
	`sha256` text NOT NULL,
	`fetched_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `device_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`user_code` text NOT NULL,
	`client_id` text NOT NULL,
	`request` text NOT NULL,
	`interval_seconds` integer NOT NULL,
	`polled_at` integer,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `device_codes_user_code_unique` ON `device_codes` (`user_code`);--> statement-breakpoint
CREATE INDEX `device_codes_by_expiry` ON `device_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `identities` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`issuer`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `identities_by_user` ON `identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `initial_access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`label` text NOT NULL,
	`created_by` text NOT NULL,
	`grant_types` text DEFAULT '[]' NOT NULL,
	`scopes` text DEFAULT '[]' NOT NULL,
	`uses_left` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `initial_access_tokens_by_expiry` ON `initial_access_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `trusted_issuers` (
	`issuer` text PRIMARY KEY NOT NULL,
	`purposes` text NOT NULL,
	`jwks` text,
	`jwks_uri` text,
	`organization_id` text,
	`matches_email` integer DEFAULT false NOT NULL,
	`tenant` text,
	`clients` text,
	`scopes` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `clients` ADD `origin` text DEFAULT 'operator' NOT NULL;--> statement-breakpoint
ALTER TABLE `clients` ADD `owner_id` text;--> statement-breakpoint
ALTER TABLE `clients` ADD `registration_token_sha256` text;--> statement-breakpoint
ALTER TABLE `clients` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `clients` ADD `document_loaded_at` integer;--> statement-breakpoint
ALTER TABLE `clients` ADD `document_fresh_until` integer;--> statement-breakpoint
ALTER TABLE `clients` ADD `changed_at` integer;--> statement-breakpoint
CREATE INDEX `clients_by_owner` ON `clients` (`owner_id`);--> statement-breakpoint
CREATE INDEX `clients_by_expiry` ON `clients` (`expires_at`);--> statement-breakpoint
CREATE INDEX `clients_by_proof` ON `clients` (`client_id`) WHERE json_extract(publisher, '$.proof.dueAt') IS NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `authority` text;--> statement-breakpoint
CREATE INDEX `grants_by_authority` ON `grants` (`user_id`,`client_id`,`authority`) WHERE authority IS NOT NULL;--> statement-breakpoint
ALTER TABLE `resources` ADD `translations` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `resources` ADD `owner_id` text;