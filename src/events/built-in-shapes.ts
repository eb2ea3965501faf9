/*
 * The shapes of the built-in integration's events, as its users know them: the keys of each struct in its own order,
 * `key:kind`, kind string where none is given, another struct's name for a nested one. `key/slack_key` is a key that the
 * built-in misspells, beside the one that Slack sends. The name of a struct is the constructor of the value.
 */

export const STRUCTS: Readonly<Record<string, string>> = {
  Message: `
    type subtype hidden:boolean text blocks:list<dict> edited:Edited user app_id bot_id
    bot_profile:BotProfile parent_user_id team channel channel_type ts event_ts permalink
    reply_count:integer reply_users_count:integer latest_reply reply_users:list<string> last_read
    unread_count:integer unread_count_display:integer is_locked:boolean subscribed:boolean
    is_starred:boolean pinned_to:list<string> reactions:list<Reaction> inviter name old_name purpose
    topic message:Message previous_message:Message deleted_ts thread_ts root:Message client_msg_id`,
  AppMentionEvent: `
    type user team channel ts event_ts thread_ts text blocks:list<dict> client_msg_id`,
  ReactionEvent: `
    type user reaction item:Item item_user event_ts`,
  Item: `
    type channel ts file file_comment`,
  ChannelGroupMemberEvent: `
    type channel channel_type user inviter is_moved:boolean event_ts team enterprise`,
  ChannelCreatedRenameEvent: `
    type channel:Channel event_ts`,
  Channel: `
    id name name_normalized previous_names/previous_name:list<string> creator user is_member:boolean
    is_read_only:boolean is_thread_only:boolean topic:Topic purpose:Purpose last_read
    unread_count:integer unread_count_display:integer is_archived:boolean is_channel:boolean
    is_frozen:boolean is_general:boolean is_group:boolean is_im:boolean is_mpim:boolean
    is_open:boolean is_private:boolean is_shared:boolean is_org_shared:boolean is_ext_shared:boolean
    is_pending_ext_shared:boolean context_team_id shared_team_i_ds/shared_team_ids:list<string>
    pending_connected_team_i_ds/pending_connected_team_ids:list<string> created:integer
    updated:integer unlinked:integer latest:Message locale num_members:integer priority:float`,
  Purpose: `
    value creator last_set:integer`,
  Topic: `
    value creator last_set:integer`,
  SlashCommand: `
    team_id team_domain is_enterprise_install:boolean enterprise_id enterprise_name api_app_id
    channel_id channel_name user_id command text response_url trigger_id`,
  BlockActionsPayload: `
    type user:User api_app_id team:Team is_enterprise_install:boolean enterprise:Enterprise
    channel:Channel message:Message container:Container actions:list<Action> response_url
    response_ur_ls/response_urls:list<ResponseURL> trigger_id view:View`,
  Action: `
    type block_id action_ts action_id value style text:Text`,
  Container: `
    type message_ts channel_id is_ephemeral:boolean view_id`,
  View: `
    id app_id bot_id team_id app_installed_team_id type callback_id title:Text blocks:list<dict>
    close:Text submit:Text clear_on_close:boolean notify_on_close:boolean submit_disabled:boolean
    private_metadata external_id view_id hash state:State root_view_id`,
  State: `
    values:dict`,
  ResponseURL: `
    block_id action_id channel_id response_url`,
  Team: `
    id domain name`,
  Enterprise: `
    id name`,
  User: `
    id team_id real_name profile:Profile enterprise_user:EnterpriseUser deleted:boolean
    is_admin:boolean is_app_user:boolean is_bot:boolean is_email_confirmed:boolean
    is_invited_user:boolean is_owner:boolean is_primary_owner:boolean is_restricted:boolean
    is_stranger:boolean is_ultra_restricted:boolean tz tz_label tz_offset:integer updated:integer`,
  EnterpriseUser: `
    enterprise_id enterprise_name id is_admin:boolean is_owner:boolean teams:list<string>`,
  Profile: `
    first_name last_name real_name real_name_normalized display_name display_name_normalized email
    phone title pronouns start_date team api_app_id bot_id always_active:boolean status_text
    status_text_canonical status_emoji status_expiration:integer is_custom_image:boolean
    image_original image_24 image_32 image_48 image_72 image_192 image_512 image_1024 avatar_hash`,
  Text: `
    type text emoji:boolean verbatim:boolean`,
  Edited: `
    user ts`,
  BotProfile: `
    id app_id team_id name deleted:boolean updated:integer`,
  Reaction: `
    name users:list<string> count:integer`,
};

/** The struct of each event type; the types that the built-in passes on as Slack sends them have none. */
export const EVENTS: Readonly<Record<string, string>> = {
  channel_archive: 'ChannelGroupMemberEvent',
  channel_left: 'ChannelGroupMemberEvent',
  channel_unarchive: 'ChannelGroupMemberEvent',
  group_archive: 'ChannelGroupMemberEvent',
  group_close: 'ChannelGroupMemberEvent',
  group_deleted: 'ChannelGroupMemberEvent',
  group_left: 'ChannelGroupMemberEvent',
  group_open: 'ChannelGroupMemberEvent',
  group_unarchive: 'ChannelGroupMemberEvent',
  member_joined_channel: 'ChannelGroupMemberEvent',
  member_left_channel: 'ChannelGroupMemberEvent',
  channel_created: 'ChannelCreatedRenameEvent',
  channel_rename: 'ChannelCreatedRenameEvent',
  group_rename: 'ChannelCreatedRenameEvent',
  message: 'Message',
  app_mention: 'AppMentionEvent',
  reaction_added: 'ReactionEvent',
  reaction_removed: 'ReactionEvent',
  slash_command: 'SlashCommand',
  interaction: 'BlockActionsPayload',
};
