-- environments: development, test
insert into users (username, email, avatar_url) values ('ann', 'ann@example.org', '/default-avatar.png');
insert into posts (user_id, title) select id, 'Hello' from users where username = 'ann';
