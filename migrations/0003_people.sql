CREATE TABLE `access_requests` (
	`organization_id` text NOT NULL,
	`client_id` text NOT NULL,
	`user_id` text NOT NULL,
	`reason` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`organization_id`, `client_id`, `user_id`),
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `access_requests_by_client` ON `access_requests` (`client_id`);--> statement-breakpoint
CREATE INDEX `access_requests_by_user` ON `access_requests` (`user_id`);--> statement-breakpoint
CREATE TABLE `authenticators` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`sealed_secret` text NOT NULL,
	`name` text NOT NULL,
	`last_step` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `authenticators_by_user` ON `authenticators` (`user_id`);--> statement-breakpoint
CREATE TABLE `directories` (
	`id` text PRIMARY KEY NOT NULL,
	`display_name` text NOT NULL,
	`issuer` text NOT NULL,
	`client_id` text NOT NULL,
	`sealed_secret` text,
	`settings` text NOT NULL,
	`organization_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `email_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`user_id` text,
	`code_sha256` text NOT NULL,
	`browser` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `email_codes_by_expiry` ON `email_codes` (`expires_at`);--> statement-breakpoint
CREATE INDEX `email_codes_by_email` ON `email_codes` (`email`);--> statement-breakpoint
CREATE TABLE `emails` (
	`id` text PRIMARY KEY NOT NULL,
	`to` text NOT NULL,
	`kind` text NOT NULL,
	`language` text NOT NULL,
	`time_zone` text NOT NULL,
	`sealed_values` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`sent_at` integer,
	`failed_at` integer
);
--> statement-breakpoint
CREATE INDEX `emails_due` ON `emails` (`next_at`) WHERE sent_at IS NULL AND failed_at IS NULL;--> statement-breakpoint
CREATE INDEX `emails_by_time` ON `emails` (`created_at`);--> statement-breakpoint
CREATE TABLE `organization_domains` (
	`domain` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `organization_domains_by_organization` ON `organization_domains` (`organization_id`);--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`name` text NOT NULL,
	`aaguid` text NOT NULL,
	`backed_up` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `passkeys_by_user` ON `passkeys` (`user_id`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`user_id` text NOT NULL,
	`code_sha256` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	PRIMARY KEY(`user_id`, `code_sha256`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `reports` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`user_id` text NOT NULL,
	`reason` text NOT NULL,
	`text` text NOT NULL,
	`created_at` integer NOT NULL,
	`handled_at` integer
);
--> statement-breakpoint
CREATE INDEX `reports_by_time` ON `reports` (`created_at`);--> statement-breakpoint
ALTER TABLE `audit` ADD `organization_id` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `whereabouts` text;--> statement-breakpoint
CREATE INDEX `audit_by_organization` ON `audit` (`organization_id`,`at`) WHERE organization_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_by_grant` ON `audit` (`grant_id`,`at`) WHERE grant_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `paused_at` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `marked_at` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `once` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `declined` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `publisher_name` text;--> statement-breakpoint
ALTER TABLE `grants` ADD `last_used_from` text;--> statement-breakpoint
CREATE INDEX `grants_by_user` ON `grants` (`user_id`);--> statement-breakpoint
CREATE INDEX `grants_to_count` ON `grants` (`client_id`) WHERE revoked_at IS NULL AND separate = 0 AND authority IS NULL;--> statement-breakpoint
ALTER TABLE `identities` ADD `label` text;--> statement-breakpoint
ALTER TABLE `identities` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `whereabouts` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `directory_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `seen_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `language` text;--> statement-breakpoint
ALTER TABLE `users` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `users` ADD `notices` text DEFAULT 'all' NOT NULL;