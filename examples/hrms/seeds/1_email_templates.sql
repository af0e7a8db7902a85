insert into email_templates (name, subject, body) values
  ('leave-approved', 'Your leave is approved', 'Dear {{name}}, your leave from {{start}} to {{end}} is approved.'),
  ('leave-rejected', 'Your leave is not approved', 'Dear {{name}}, please talk to {{manager}} about your leave.'),
  ('welcome', 'Welcome', 'Dear {{name}}, welcome aboard.')
on conflict (name) do nothing;
